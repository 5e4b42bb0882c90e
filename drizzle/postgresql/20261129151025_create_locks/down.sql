DROP TABLE "locks";
