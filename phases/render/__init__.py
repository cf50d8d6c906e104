"""Pure functions from a configuration to bytes and objects; nothing here touches a machine."""
