CREATE TABLE "translations" (
	"post_id" bigint,
	"language" text,
	"body" text NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "translations_pk" PRIMARY KEY("post_id","language")
);
--> statement-breakpoint
CREATE INDEX "translations_created_at_index" ON "translations" ("created_at");--> statement-breakpoint
ALTER TABLE "translations" ADD CONSTRAINT "translations_post_id_posts_id_fkey" FOREIGN KEY ("post_id") REFERENCES "posts"("id") ON DELETE CASCADE;