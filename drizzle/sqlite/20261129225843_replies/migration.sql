CREATE TABLE `thread_gaps` (
	`post_id` integer PRIMARY KEY,
	`parent_id` integer,
	`root_id` integer,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `posts` ADD `parent_id` integer;--> statement-breakpoint
ALTER TABLE `posts` ADD `root_id` integer;--> statement-breakpoint
ALTER TABLE `posts` ADD `answered_id` integer;--> statement-breakpoint
CREATE INDEX `posts_unasked_created_at_index` ON `posts` (`created_at`,`id`,`user_id`) WHERE "posts"."answered_id" is null;--> statement-breakpoint
CREATE INDEX `posts_unasked_user_id_index` ON `posts` (`user_id`,`created_at`,`id`) WHERE "posts"."answered_id" is null;--> statement-breakpoint
CREATE INDEX `posts_answers_user_id_index` ON `posts` (`user_id`,`created_at`,`id`) WHERE "posts"."answered_id" is not null;--> statement-breakpoint
CREATE INDEX `posts_answered_id_index` ON `posts` (`answered_id`) WHERE "posts"."answered_id" is not null;--> statement-breakpoint
CREATE INDEX `posts_parent_id_index` ON `posts` (`parent_id`,`created_at`,`id`,`user_id`) WHERE "posts"."parent_id" is not null;--> statement-breakpoint
CREATE INDEX `thread_gaps_parent_id_index` ON `thread_gaps` (`parent_id`,`created_at`,`post_id`);