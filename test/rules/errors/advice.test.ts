import { describe, expect, test } from "vitest";
import { rejected, say } from "../../support/explained.ts";

describe("an answer is quoted", () => {
  test("without the rest of a value that begins like another one", () => {
    const text = say(rejected(422, "not live-eu"), { sentValues: ["live", "live-eu"] });
    expect(text).toContain("(422 not ***)");
  });

  test.each([
    ["within a longer word", "xs3cretx s3cret5 pres3cretés3cret", ["s3cret"], "x***x ***5 pre***é***"],
    ["of four characters within a word", "deliver live-eu", ["live"], "de***r ***-eu"],
    ["of three characters as a word only", "develop dev-eu (dev)", ["dev"], "develop ***-eu (***)"],
    ["as JSON writes it", '"say \\"s3cret\\" twice"', ['say "s3cret" twice'], '"***"'],
    ["as it is where JSON writes it otherwise", 'say "s3cret" twice', ['say "s3cret" twice'], "***"],
    ["of two lines", '"key\\ns3cret"', ["key\ns3cret"], '"***"'],
    ["with what a pattern would read otherwise", "a.b+(c) axb+(c)", ["a.b+(c)"], "*** axb+(c)"],
    ["that is empty, which is nowhere", "Invalid request.", [""], "Invalid request."],
  ])("without a value %s", (_, answer, sentValues, struck) => {
    expect(say(rejected(422, answer), { sentValues })).toContain(`(422 ${struck})`);
  });

  test("on one line, without a terminal's codes", () => {
    const text = say(rejected(422, "no\n\u001b[2J::error::s3cret\r\u0007"), { sentValues: ["s3cret"] });
    expect(text).toContain("(422 no ::error::*** )");
  });
});
