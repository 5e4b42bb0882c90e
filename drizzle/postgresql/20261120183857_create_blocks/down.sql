DROP TABLE "blocks";
