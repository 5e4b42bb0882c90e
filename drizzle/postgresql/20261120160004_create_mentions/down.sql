DROP TABLE "mentions";
