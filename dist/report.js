process.env.TRACKED_DISPATCH_DOOR = "report";
require("./index.js");
