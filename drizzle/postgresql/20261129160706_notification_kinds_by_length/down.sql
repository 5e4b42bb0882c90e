-- Kinds that only newer versions know go: the former constraint does not admit them.
DELETE FROM "notifications" WHERE "kind" NOT IN ('follow', 'mention', 'message', 'export');
--> statement-breakpoint
ALTER TABLE "notifications" DROP CONSTRAINT "notifications_kind_length";
--> statement-breakpoint
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_kind_known" CHECK ("kind" in ('follow', 'mention', 'message', 'export'));
