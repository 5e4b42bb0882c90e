CREATE TABLE "locks" (
	"key" text PRIMARY KEY,
	"locked_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "locks_locked_at_index" ON "locks" ("locked_at");