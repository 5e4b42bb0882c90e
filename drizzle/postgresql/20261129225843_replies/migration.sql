CREATE TABLE "thread_gaps" (
	"post_id" bigint PRIMARY KEY,
	"parent_id" bigint,
	"root_id" bigint,
	"created_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "posts" ADD COLUMN "parent_id" bigint;--> statement-breakpoint
ALTER TABLE "posts" ADD COLUMN "root_id" bigint;--> statement-breakpoint
ALTER TABLE "posts" ADD COLUMN "answered_id" bigint;--> statement-breakpoint
CREATE INDEX "posts_unasked_created_at_index" ON "posts" ("created_at","id","user_id") WHERE "answered_id" is null;--> statement-breakpoint
CREATE INDEX "posts_unasked_user_id_index" ON "posts" ("user_id","created_at","id") WHERE "answered_id" is null;--> statement-breakpoint
CREATE INDEX "posts_answers_user_id_index" ON "posts" ("user_id","created_at","id") WHERE "answered_id" is not null;--> statement-breakpoint
CREATE INDEX "posts_answered_id_index" ON "posts" ("answered_id") WHERE "answered_id" is not null;--> statement-breakpoint
CREATE INDEX "posts_parent_id_index" ON "posts" ("parent_id","created_at","id","user_id") WHERE "parent_id" is not null;--> statement-breakpoint
CREATE INDEX "thread_gaps_parent_id_index" ON "thread_gaps" ("parent_id","created_at","post_id");