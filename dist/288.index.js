export const id = 288;
export const ids = [288];
export const modules = {

/***/ 8288:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   fetchThrough: () => (/* binding */ fetchThrough)
/* harmony export */ });
/* harmony import */ var undici__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(6752);
/* harmony import */ var _fault_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(4900);
/** The way through a proxy. */


/** Below the time that a request may take: a proxy that never answers has passed nothing on, and that is to be known. */
const TUNNEL_TIMEOUT_MS = 15_000;
/** A fetch whose requests all go through `proxy`. */
function fetchThrough(proxy) {
    const { username, password } = proxy;
    const credentials = Buffer.from(decodeURIComponent(`${username}:${password}`)).toString("base64");
    const dispatcher = new undici__WEBPACK_IMPORTED_MODULE_0__.ProxyAgent({
        uri: proxy.origin,
        ...(username + password !== "" && { token: `Basic ${credentials}` }),
        clientFactory: (origin, options) => new Tunnels(origin, options),
    });
    const through = (url, init) => (0,undici__WEBPACK_IMPORTED_MODULE_0__.fetch)(url, { ...init, dispatcher });
    return through;
}
/**
 * Opens the tunnels. undici takes a proxy that closes the connection at CONNECT for a connection that has worked, and
 * opens it again, thousands of times a second, for ever (nodejs/undici#3897); any other error ends the request.
 */
class Tunnels extends undici__WEBPACK_IMPORTED_MODULE_0__.Pool {
    constructor(origin, options) {
        super(origin, { ...options, headersTimeout: TUNNEL_TIMEOUT_MS });
    }
    async connect(options) {
        const answer = await super.connect(options).catch((error) => {
            throw new _fault_js__WEBPACK_IMPORTED_MODULE_1__/* .NoTunnel */ .wr(error);
        });
        if (answer.statusCode === 200)
            return answer;
        answer.socket.on("error", () => { }).destroy();
        throw new _fault_js__WEBPACK_IMPORTED_MODULE_1__/* .NoTunnel */ .wr(undefined, answer.statusCode);
    }
}


/***/ })

};
