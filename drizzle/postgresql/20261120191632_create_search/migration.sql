-- app/search/tokens.ts has made the words, so no dictionary of the server has a say in them.
CREATE TABLE "post_fts" (
	"post_id" bigint PRIMARY KEY,
	"user_id" bigint NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"words" tsvector NOT NULL,
	CONSTRAINT "post_fts_post_id_posts_id_fkey" FOREIGN KEY ("post_id") REFERENCES "posts"("id") ON DELETE CASCADE
);
--> statement-breakpoint
CREATE INDEX "post_fts_created_at_index" ON "post_fts" ("created_at", "post_id");
--> statement-breakpoint
-- Without a list of pending entries, which every search would have to read through.
CREATE INDEX "post_fts_words_index" ON "post_fts" USING gin ("words") WITH (fastupdate = off);
--> statement-breakpoint
CREATE TABLE "person_fts" (
	"user_id" bigint PRIMARY KEY,
	"words" tsvector NOT NULL,
	CONSTRAINT "person_fts_user_id_users_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE
);
--> statement-breakpoint
CREATE INDEX "person_fts_words_index" ON "person_fts" USING gin ("words") WITH (fastupdate = off);
