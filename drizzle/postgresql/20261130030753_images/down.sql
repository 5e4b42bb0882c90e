-- A post of pictures alone keeps a sign of them; its files stay in the storage.
UPDATE "posts" SET "body" = '🖼' WHERE "body" = '';
--> statement-breakpoint
UPDATE "post_versions" SET "body" = '🖼' WHERE "body" = '';
--> statement-breakpoint
DROP TABLE "images";
--> statement-breakpoint
ALTER TABLE "posts" DROP CONSTRAINT "posts_counts_whole", ADD CONSTRAINT "posts_counts_whole" CHECK ("like_count" >= 0 and "repost_count" >= 0);
--> statement-breakpoint
ALTER TABLE "posts" DROP COLUMN "image_count";
--> statement-breakpoint
ALTER TABLE "users" DROP COLUMN "alt_reminder";
--> statement-breakpoint
ALTER TABLE "users" DROP COLUMN "avatar";
--> statement-breakpoint
ALTER TABLE "users" DROP COLUMN "banner";
--> statement-breakpoint
ALTER TABLE "posts" DROP CONSTRAINT "posts_body_length", ADD CONSTRAINT "posts_body_length" CHECK (length("body") between 1 and 4000);
--> statement-breakpoint
ALTER TABLE "post_versions" DROP CONSTRAINT "post_versions_body_length", ADD CONSTRAINT "post_versions_body_length" CHECK (length("body") between 1 and 4000);
