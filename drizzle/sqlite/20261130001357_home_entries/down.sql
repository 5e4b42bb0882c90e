DROP INDEX IF EXISTS `posts_answers_created_at_index`;
--> statement-breakpoint
DROP INDEX IF EXISTS `reposts_created_at_index`;
--> statement-breakpoint
DROP INDEX IF EXISTS `posts_answers_user_id_index`;
--> statement-breakpoint
CREATE INDEX `posts_answers_user_id_index` ON `posts` (`user_id`,`created_at`,`id`) WHERE "posts"."answered_id" is not null;
--> statement-breakpoint
DROP INDEX IF EXISTS `reposts_user_id_created_at_index`;
--> statement-breakpoint
CREATE INDEX `reposts_user_id_created_at_index` ON `reposts` (`user_id`,`created_at`,`id`,`post_id`);
