DROP INDEX IF EXISTS `blocks_blocker_id_created_at_index`;
--> statement-breakpoint
DROP INDEX IF EXISTS `blocks_blocked_id_index`;
--> statement-breakpoint
DROP TABLE `blocks`;
