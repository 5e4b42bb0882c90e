DROP INDEX "posts_root_id_index";
