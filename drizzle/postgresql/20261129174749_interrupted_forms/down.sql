DROP TABLE "interrupted_forms";
