-- Notices of follows and mentions that have gone since, and unread messages of people who are blocked.
DELETE FROM `notifications` WHERE `kind` = 'follow' AND NOT EXISTS (
	SELECT 1 FROM `follows` WHERE `follower_id` = `notifications`.`actor_id` AND `followed_id` = `notifications`.`user_id`
);
--> statement-breakpoint
DELETE FROM `notifications` WHERE `kind` = 'mention' AND NOT EXISTS (
	SELECT 1 FROM `mentions` WHERE `mentions`.`post_id` = `notifications`.`post_id` AND `mentions`.`user_id` = `notifications`.`user_id`
);
--> statement-breakpoint
UPDATE `participants` SET `unread` = 0 WHERE `unread` > 0 AND EXISTS (
	SELECT 1 FROM `blocks` WHERE `blocker_id` = `participants`.`user_id` AND `blocked_id` = `participants`.`other_id`
);
--> statement-breakpoint
-- What an import dated before 1970, or later than now, gets a time that every page can ask for. The search index is
-- numbered by time: it is emptied then, and the next start builds it again.
DELETE FROM `post_fts` WHERE EXISTS (
	SELECT 1 FROM `posts` WHERE `created_at` < 0 OR `created_at` > (unixepoch() + 86400) * 1000
);
--> statement-breakpoint
UPDATE `posts` SET `created_at` = CASE WHEN `created_at` < 0 THEN 0 ELSE cast(unixepoch('subsec') * 1000 AS integer) END
WHERE `created_at` < 0 OR `created_at` > (unixepoch() + 86400) * 1000;
--> statement-breakpoint
UPDATE `posts` SET `edited_at` = CASE WHEN `edited_at` < 0 THEN 0 ELSE cast(unixepoch('subsec') * 1000 AS integer) END
WHERE `edited_at` < 0 OR `edited_at` > (unixepoch() + 86400) * 1000;
--> statement-breakpoint
UPDATE `hashtags` SET `created_at` = CASE WHEN `created_at` < 0 THEN 0 ELSE cast(unixepoch('subsec') * 1000 AS integer) END
WHERE `created_at` < 0 OR `created_at` > (unixepoch() + 86400) * 1000;
--> statement-breakpoint
UPDATE `users` SET `created_at` = CASE WHEN `created_at` < 0 THEN 0 ELSE cast(unixepoch('subsec') * 1000 AS integer) END
WHERE `created_at` < 0 OR `created_at` > (unixepoch() + 86400) * 1000;
--> statement-breakpoint
UPDATE `users` SET `last_seen_at` = CASE WHEN `last_seen_at` < 0 THEN 0 ELSE cast(unixepoch('subsec') * 1000 AS integer) END
WHERE `last_seen_at` < 0 OR `last_seen_at` > (unixepoch() + 86400) * 1000;
--> statement-breakpoint
UPDATE `follows` SET `created_at` = CASE WHEN `created_at` < 0 THEN 0 ELSE cast(unixepoch('subsec') * 1000 AS integer) END
WHERE `created_at` < 0 OR `created_at` > (unixepoch() + 86400) * 1000;
