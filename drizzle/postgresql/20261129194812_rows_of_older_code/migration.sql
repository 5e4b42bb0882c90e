-- Notices of follows and mentions that have gone since, and unread messages of people who are blocked.
DELETE FROM "notifications" WHERE "kind" = 'follow' AND NOT EXISTS (
	SELECT 1 FROM "follows" WHERE "follower_id" = "notifications"."actor_id" AND "followed_id" = "notifications"."user_id"
);
--> statement-breakpoint
DELETE FROM "notifications" WHERE "kind" = 'mention' AND NOT EXISTS (
	SELECT 1 FROM "mentions" WHERE "mentions"."post_id" = "notifications"."post_id" AND "mentions"."user_id" = "notifications"."user_id"
);
--> statement-breakpoint
UPDATE "participants" SET "unread" = 0 WHERE "unread" > 0 AND EXISTS (
	SELECT 1 FROM "blocks" WHERE "blocker_id" = "participants"."user_id" AND "blocked_id" = "participants"."other_id"
);
--> statement-breakpoint
-- What an import dated before 1970, or later than now, gets a time that every page can ask for.
UPDATE "posts" SET "created_at" = CASE WHEN "created_at" < to_timestamp(0) THEN to_timestamp(0) ELSE now() END
WHERE "created_at" < to_timestamp(0) OR "created_at" > now() + interval '1 day';
--> statement-breakpoint
UPDATE "posts" SET "edited_at" = CASE WHEN "edited_at" < to_timestamp(0) THEN to_timestamp(0) ELSE now() END
WHERE "edited_at" < to_timestamp(0) OR "edited_at" > now() + interval '1 day';
--> statement-breakpoint
UPDATE "hashtags" SET "created_at" = CASE WHEN "created_at" < to_timestamp(0) THEN to_timestamp(0) ELSE now() END
WHERE "created_at" < to_timestamp(0) OR "created_at" > now() + interval '1 day';
--> statement-breakpoint
UPDATE "users" SET "created_at" = CASE WHEN "created_at" < to_timestamp(0) THEN to_timestamp(0) ELSE now() END
WHERE "created_at" < to_timestamp(0) OR "created_at" > now() + interval '1 day';
--> statement-breakpoint
UPDATE "users" SET "last_seen_at" = CASE WHEN "last_seen_at" < to_timestamp(0) THEN to_timestamp(0) ELSE now() END
WHERE "last_seen_at" < to_timestamp(0) OR "last_seen_at" > now() + interval '1 day';
--> statement-breakpoint
UPDATE "follows" SET "created_at" = CASE WHEN "created_at" < to_timestamp(0) THEN to_timestamp(0) ELSE now() END
WHERE "created_at" < to_timestamp(0) OR "created_at" > now() + interval '1 day';
--> statement-breakpoint
UPDATE "post_fts" SET "created_at" = CASE WHEN "created_at" < to_timestamp(0) THEN to_timestamp(0) ELSE now() END
WHERE "created_at" < to_timestamp(0) OR "created_at" > now() + interval '1 day';
