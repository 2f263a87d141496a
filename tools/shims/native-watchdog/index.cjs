// Stands in for native-watchdog, which has no prebuilt binary: the extension host also polls its parent by itself.
exports.start = () => undefined;
