process.env.STATE_isPost = "true";
require("./index.js");
