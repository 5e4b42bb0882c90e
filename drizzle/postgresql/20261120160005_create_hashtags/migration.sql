CREATE TABLE "hashtags" (
	"tag" text,
	"post_id" bigint,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "hashtags_pk" PRIMARY KEY("post_id","tag"),
	CONSTRAINT "hashtags_tag_length" CHECK (length("tag") between 1 and 100)
);
--> statement-breakpoint
CREATE INDEX "hashtags_tag_created_at_index" ON "hashtags" ("tag","created_at","post_id");--> statement-breakpoint
CREATE INDEX "hashtags_created_at_index" ON "hashtags" ("created_at","tag");--> statement-breakpoint
ALTER TABLE "hashtags" ADD CONSTRAINT "hashtags_post_id_posts_id_fkey" FOREIGN KEY ("post_id") REFERENCES "posts"("id") ON DELETE CASCADE;