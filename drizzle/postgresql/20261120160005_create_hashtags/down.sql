DROP TABLE "hashtags";
