DROP INDEX IF EXISTS `interrupted_forms_created_at_index`;
--> statement-breakpoint
DROP TABLE `interrupted_forms`;
