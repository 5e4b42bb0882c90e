-- The rows stay as they are: older versions read them, too.
SELECT 1;
