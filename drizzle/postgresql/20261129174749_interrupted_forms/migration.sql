CREATE TABLE "interrupted_forms" (
	"token_hash" text PRIMARY KEY,
	"path" text NOT NULL,
	"fields" jsonb NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "interrupted_forms_path_length" CHECK (length("path") between 1 and 200)
);
--> statement-breakpoint
CREATE INDEX "interrupted_forms_created_at_index" ON "interrupted_forms" ("created_at");