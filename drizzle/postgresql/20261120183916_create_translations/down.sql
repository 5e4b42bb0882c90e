DROP TABLE "translations";
