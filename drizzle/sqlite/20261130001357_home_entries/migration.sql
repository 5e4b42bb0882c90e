DROP INDEX `posts_answers_user_id_index`;--> statement-breakpoint
CREATE INDEX `posts_answers_user_id_index` ON `posts` (`user_id`,`created_at`,`id`,`answered_id`) WHERE "posts"."answered_id" is not null;--> statement-breakpoint
DROP INDEX `reposts_user_id_created_at_index`;--> statement-breakpoint
CREATE INDEX `reposts_user_id_created_at_index` ON `reposts` (`user_id`,`created_at`,`post_id`);--> statement-breakpoint
CREATE INDEX `posts_answers_created_at_index` ON `posts` (`created_at`,`id`,`user_id`,`answered_id`) WHERE "posts"."answered_id" is not null;--> statement-breakpoint
CREATE INDEX `reposts_created_at_index` ON `reposts` (`created_at`,`post_id`,`user_id`);