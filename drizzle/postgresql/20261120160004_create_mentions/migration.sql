CREATE TABLE "mentions" (
	"post_id" bigint,
	"user_id" bigint,
	CONSTRAINT "mentions_pk" PRIMARY KEY("post_id","user_id")
);
--> statement-breakpoint
CREATE INDEX "mentions_user_id_index" ON "mentions" ("user_id","post_id");--> statement-breakpoint
ALTER TABLE "mentions" ADD CONSTRAINT "mentions_post_id_posts_id_fkey" FOREIGN KEY ("post_id") REFERENCES "posts"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "mentions" ADD CONSTRAINT "mentions_user_id_users_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE;