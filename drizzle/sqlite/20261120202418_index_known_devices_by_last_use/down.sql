DROP INDEX IF EXISTS `known_devices_last_used_at_index`;
