DROP INDEX IF EXISTS `locks_locked_at_index`;
--> statement-breakpoint
DROP TABLE `locks`;
