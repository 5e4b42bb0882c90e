DROP TABLE `follows`;
