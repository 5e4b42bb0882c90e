-- Proposed by db:generate from the two snapshots. Review it, then delete this line.
DROP TABLE "bookmarks";
--> statement-breakpoint
DROP TABLE "likes";
--> statement-breakpoint
DROP TABLE "post_versions";
--> statement-breakpoint
DROP TABLE "reposts";
--> statement-breakpoint
DROP TABLE "thread_mutes";
--> statement-breakpoint
ALTER TABLE "posts" DROP CONSTRAINT "posts_content_warning_length";
--> statement-breakpoint
ALTER TABLE "posts" DROP CONSTRAINT "posts_replies_from_known";
--> statement-breakpoint
ALTER TABLE "posts" DROP CONSTRAINT "posts_quotes_from_known";
--> statement-breakpoint
ALTER TABLE "posts" DROP CONSTRAINT "posts_counts_whole";
--> statement-breakpoint
ALTER TABLE "users" DROP CONSTRAINT "users_quotes_from_known";
--> statement-breakpoint
ALTER TABLE "users" DROP CONSTRAINT "users_home_replies_known";
--> statement-breakpoint
DROP INDEX "notifications_user_id_kind_created_at_index";
--> statement-breakpoint
DROP INDEX "posts_quoted_id_index";
--> statement-breakpoint
DROP INDEX "posts_pinned_index";
--> statement-breakpoint
ALTER TABLE "follows" DROP COLUMN "reposts_shown";
--> statement-breakpoint
ALTER TABLE "posts" DROP COLUMN "replies_from";
--> statement-breakpoint
ALTER TABLE "posts" DROP COLUMN "quotes_from";
--> statement-breakpoint
ALTER TABLE "posts" DROP COLUMN "quoted_id";
--> statement-breakpoint
ALTER TABLE "posts" DROP COLUMN "quote_detached";
--> statement-breakpoint
ALTER TABLE "posts" DROP COLUMN "content_warning";
--> statement-breakpoint
ALTER TABLE "posts" DROP COLUMN "pinned_at";
--> statement-breakpoint
ALTER TABLE "posts" DROP COLUMN "like_count";
--> statement-breakpoint
ALTER TABLE "posts" DROP COLUMN "repost_count";
--> statement-breakpoint
ALTER TABLE "users" DROP COLUMN "quotes_from";
--> statement-breakpoint
ALTER TABLE "users" DROP COLUMN "notifications_from";
--> statement-breakpoint
ALTER TABLE "users" DROP COLUMN "home_replies";
--> statement-breakpoint
ALTER TABLE "users" DROP COLUMN "home_reposts";
--> statement-breakpoint
ALTER TABLE "users" DROP COLUMN "keyboard_shortcuts";
