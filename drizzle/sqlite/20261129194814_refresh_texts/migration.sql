-- Links, mentions and hashtags of stored texts are found as this version finds them, by the job that rebuilds the search index.
INSERT INTO `jobs` (`name`, `input`, `unique_key`, `state`, `due_at`, `attempts`, `created_at`)
SELECT 'search.rebuild', '{}', 'search.rebuild', 'waiting', CAST(unixepoch('subsec') * 1000 AS INTEGER), 0, CAST(unixepoch('subsec') * 1000 AS INTEGER)
WHERE EXISTS (SELECT 1 FROM `posts`) OR EXISTS (SELECT 1 FROM `messages`)
ON CONFLICT (`unique_key`) DO NOTHING;
