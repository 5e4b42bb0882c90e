CREATE TABLE "former_usernames" (
	"username_key" text PRIMARY KEY,
	"user_id" bigint NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "closed_at" timestamp(3) with time zone;--> statement-breakpoint
CREATE INDEX "former_usernames_user_id_index" ON "former_usernames" ("user_id");--> statement-breakpoint
ALTER TABLE "former_usernames" ADD CONSTRAINT "former_usernames_user_id_users_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE;