CREATE TABLE "follows" (
	"follower_id" bigint,
	"followed_id" bigint,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "follows_pk" PRIMARY KEY("follower_id","followed_id"),
	CONSTRAINT "follows_not_oneself" CHECK ("follower_id" <> "followed_id")
);
--> statement-breakpoint
CREATE INDEX "follows_follower_id_created_at_index" ON "follows" ("follower_id","created_at","followed_id");--> statement-breakpoint
CREATE INDEX "follows_followed_id_created_at_index" ON "follows" ("followed_id","created_at","follower_id");--> statement-breakpoint
ALTER TABLE "follows" ADD CONSTRAINT "follows_follower_id_users_id_fkey" FOREIGN KEY ("follower_id") REFERENCES "users"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "follows" ADD CONSTRAINT "follows_followed_id_users_id_fkey" FOREIGN KEY ("followed_id") REFERENCES "users"("id") ON DELETE CASCADE;