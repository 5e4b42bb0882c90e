ALTER TABLE "messages" DROP CONSTRAINT "messages_conversation_id_conversations_id_fkey";
--> statement-breakpoint
ALTER TABLE "participants" DROP CONSTRAINT "participants_conversation_id_conversations_id_fkey";
--> statement-breakpoint
DROP TABLE "conversations";
--> statement-breakpoint
DROP TABLE "messages";
--> statement-breakpoint
DROP TABLE "participants";
--> statement-breakpoint
ALTER TABLE "users" DROP CONSTRAINT "users_messages_from_known";
--> statement-breakpoint
ALTER TABLE "users" DROP COLUMN "messages_from";
