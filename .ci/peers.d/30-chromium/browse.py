"""Looks at reports with Chromium."""
import pathlib
import sys
import time

from playwright.sync_api import sync_playwright

work, shots = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def check(truth, *says):
    if not truth:
        raise SystemExit("failed: " + " ".join(map(str, says)))


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])

    def opened(name, **options):
        context = browser.new_context(**options)
        page = context.new_page()
        said, asked = [], []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        url = (work / name).as_uri()
        page.goto(url, wait_until="load")
        check(said == [], name, "says", said)
        check(asked == [url], name, "asks for", asked)
        return page

    for name in ["hostile", "usage", "growth", "bills"]:
        if not (work / f"{name}.html").exists():
            continue
        for theme in ["light", "dark"]:
            page = opened(f"{name}.html", color_scheme=theme, viewport={"width": 1280, "height": 900})
            page.screenshot(path=shots / f"{name}-{theme}.png", full_page=True)
            page.context.close()
        page = opened(f"{name}.html", viewport={"width": 400, "height": 800})
        width = page.evaluate("document.scrollingElement.scrollWidth")
        check(width <= 400, name, "is", width, "wide in a window of 400")
        page.screenshot(path=shots / f"{name}-400.png", full_page=True)
        page.emulate_media(media="print")
        check(not page.get_by_role("searchbox").first.is_visible(), "a search is printed")
        page.context.close()

    page = opened("hostile.html")
    check(page.title() == "Storage usage", "the title is", page.title())
    check(page.locator("img").count() == 0, "a name became an image")
    check(page.get_by_text("<script>document.title='hacked'</script>").count() > 0, "a name is gone")
    # By keyboard alone, as a screen reader's user does it.
    region = page.locator(".searchable").last
    heading = region.get_by_role("columnheader", name="used", exact=True)
    heading.get_by_role("button").focus()
    page.keyboard.press("Enter")
    check(heading.get_attribute("aria-sort") == "ascending", "Enter does not sort")
    used = lambda: [float(value) for value in region.locator("tbody tr").evaluate_all(
        "(rows) => rows.map((row) => row.querySelector('[data-v]').dataset.v)")]
    check(used() == sorted(used()) and len(used()) == 30, "ascending:", used())
    page.keyboard.press("Enter")
    check(heading.get_attribute("aria-sort") == "descending", "Enter does not turn it around")
    check(used() == sorted(used(), reverse=True), "descending:", used())
    search = region.get_by_role("searchbox", name="Search")
    search.fill("w" * 200)
    check(region.locator("tbody tr").count() == 1, "found", region.locator("tbody tr").count())
    check("1 of 1 rows shown, 30 in all" in region.get_by_role("status").text_content(), "the status says nothing")
    page.context.close()

    # Without scripts, all rows are there.
    page = opened("hostile.html", java_script_enabled=False)
    check(page.locator("table").last.locator("tbody tr").count() == 30, "rows need a script")
    page.context.close()

    for _ in range(3):
        began = time.monotonic()
        page = opened("large.html")
        loaded, painted = time.monotonic() - began, page.evaluate(PAINTED)
        rows = page.locator(".searchable").last.locator("tbody tr").count()
        check(rows == 500, "laid out", rows)
        began = time.monotonic()
        page.locator(".searchable").last.get_by_role("columnheader", name="used", exact=True).get_by_role("button").click()
        sorted_in = time.monotonic() - began
        page.context.close()
        if painted < 2000:
            break
    size = (work / "large.html").stat().st_size / 1e6
    print(f"25,000 rows: {size:.1f} MB, painted after {painted:.0f} ms, loaded after {loaded:.1f} s, sorted in {sorted_in:.1f} s")
    check(painted < 2000, "painted after", painted, "ms")
    browser.close()
print("reports: shown, sorted and searched in Chromium", *(f"({shot.name})" for shot in sorted(shots.glob('*.png'))))
