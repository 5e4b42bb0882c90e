DROP INDEX IF EXISTS `translations_created_at_index`;
--> statement-breakpoint
DROP TABLE `translations`;
