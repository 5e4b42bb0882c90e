-- Notices and times stay as they were put right.
SELECT 1;
