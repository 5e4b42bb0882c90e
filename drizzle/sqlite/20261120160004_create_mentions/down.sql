DROP TABLE `mentions`;
