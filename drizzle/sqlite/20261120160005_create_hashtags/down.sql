DROP TABLE `hashtags`;
