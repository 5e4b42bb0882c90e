DROP INDEX IF EXISTS `posts_root_id_index`;
