ALTER TABLE "export_parts" DROP CONSTRAINT "export_parts_export_id_exports_id_fkey";
--> statement-breakpoint
DROP TABLE "export_parts";
--> statement-breakpoint
DROP TABLE "exports";
