DROP INDEX IF EXISTS `notifications_user_id_subject_unique`;
--> statement-breakpoint
DROP INDEX IF EXISTS `notifications_user_id_created_at_index`;
--> statement-breakpoint
DROP INDEX IF EXISTS `notifications_unread_index`;
--> statement-breakpoint
DROP INDEX IF EXISTS `notifications_actor_id_index`;
--> statement-breakpoint
DROP INDEX IF EXISTS `notifications_post_id_index`;
--> statement-breakpoint
DROP INDEX IF EXISTS `notifications_conversation_id_index`;
--> statement-breakpoint
DROP TABLE `notifications`;
