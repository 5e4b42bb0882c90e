DROP TABLE "follows";
