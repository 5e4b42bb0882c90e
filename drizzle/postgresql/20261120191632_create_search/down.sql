DROP TABLE "person_fts";
--> statement-breakpoint
DROP TABLE "post_fts";
