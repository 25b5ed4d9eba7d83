/// Tables as other generators document them.
enum Tables {
    /// Of Leaf's README.
    static let leaf = """
        CREATE TABLE `leaf_alloc` (
          `biz_tag` varchar(128) NOT NULL DEFAULT '',
          `max_id` bigint(20) NOT NULL DEFAULT '1',
          `step` int(11) NOT NULL,
          `description` varchar(256) DEFAULT NULL,
          `update_time` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
          PRIMARY KEY (`biz_tag`)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8
        """

    /// Of Tinyid's `tinyid-server/db.sql`.
    static let tinyid = """
        CREATE TABLE `tiny_id_info` (
          `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
          `biz_type` varchar(63) NOT NULL DEFAULT '',
          `begin_id` bigint(20) NOT NULL DEFAULT '0',
          `max_id` bigint(20) NOT NULL DEFAULT '0',
          `step` int(11) DEFAULT '0',
          `delta` int(11) NOT NULL DEFAULT '1',
          `remainder` int(11) NOT NULL DEFAULT '0',
          `create_time` timestamp NOT NULL DEFAULT '2010-01-01 00:00:00',
          `update_time` timestamp NOT NULL DEFAULT '2010-01-01 00:00:00',
          `version` bigint(20) NOT NULL DEFAULT '0',
          PRIMARY KEY (`id`),
          UNIQUE KEY `uniq_biz_type` (`biz_type`)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8
        """
}
