//! A browser without a window.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::key::Key;
use fantoccini::wd::{Capabilities, TimeoutConfiguration, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder};
use http::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use url::{ParseError, Url};

use crate::provided;

/// A browser that shows a page.
pub struct Browser {
    /// The client of its driver.
    pub client: Client,
}

/// The driver of a browser, which ends with it.
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs a test in a browser of its own, with a window of this size.
///
/// # Panics
/// When there is no browser, or the test fails.
pub fn in_browser(width: u32, height: u32, test: impl AsyncFnOnce(&Browser)) {
    let started = Command::new(provided("CHROMEDRIVER")).arg("--port=0").stdout(Stdio::piped()).spawn();
    let mut driver = Driver(started.unwrap());
    let mut said = BufReader::new(driver.0.stdout.take().unwrap()).lines();
    let port = loop {
        let line = said.next().expect("the driver says on which port it listens").unwrap();
        if let Some((_, port)) = line.rsplit_once("started successfully on port ") {
            break port.trim_end_matches('.').to_owned();
        }
    };
    // It would wait for somebody to read what it says.
    std::thread::spawn(move || said.for_each(drop));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let window = format!("--window-size={width},{height}");
        let arguments = [
            "--headless=new",
            // As root, or where users have no namespaces, there is none; it shows nothing but the pages of these tests.
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--hide-scrollbars",
            &window,
        ];
        let mut capabilities = Capabilities::new();
        let options = json!({ "binary": provided("CHROMIUM"), "args": arguments });
        capabilities.insert("goog:chromeOptions".to_owned(), options);
        capabilities.insert("goog:loggingPrefs".to_owned(), json!({ "browser": "ALL" }));
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = builder.capabilities(capabilities).connect(&format!("http://localhost:{port}")).await;
        let browser = Browser { client: client.unwrap() };
        // A machine may have much else to do.
        let patience = Some(Duration::from_secs(300));
        browser.client.update_timeouts(TimeoutConfiguration::new(patience, patience, None)).await.unwrap();
        test(&browser).await;
        browser.client.close().await.unwrap();
    });
}

impl Browser {
    /// Opens a page, and waits until its script has done its work. It has no error.
    ///
    /// # Panics
    /// Where it has one.
    pub async fn open(&self, url: &str) {
        // Where only what stands behind `#` changes, a browser stays on the page.
        self.client.goto("about:blank").await.unwrap();
        self.client.goto(url).await.unwrap();
        assert_eq!(self.errors().await, [""; 0], "{url}");
        assert_eq!(self.js("return document.documentElement.dataset.ready").await, json!(""), "{url}");
    }

    /// What a script returns.
    ///
    /// # Panics
    /// Where it throws.
    pub async fn js(&self, script: &str) -> Value {
        self.js_with(script, Vec::new()).await
    }

    /// The same with arguments.
    ///
    /// # Panics
    /// Where it throws.
    pub async fn js_with(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client.execute(script, arguments).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// The text of the first element that a selector finds, in one line; empty where there is none.
    pub async fn text(&self, selector: &str) -> String {
        let script = "return document.querySelector(arguments[0])?.textContent ?? ''";
        let text = self.js_with(script, vec![json!(selector)]).await;
        text.as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// How many elements a selector finds.
    pub async fn count(&self, selector: &str) -> u64 {
        let script = "return document.querySelectorAll(arguments[0]).length";
        self.js_with(script, vec![json!(selector)]).await.as_u64().unwrap_or_default()
    }

    /// Waits until the page is as an expression of its script says, such as after a change of its address.
    ///
    /// A browser tells a page of a new address or a closed dialog when it finds the time.
    ///
    /// # Panics
    /// Where that has not come within a minute.
    pub async fn until(&self, expression: &str) {
        let script = "
            const [expression, done] = arguments;
            const end = performance.now() + 60_000;
            const look = () => {
              if (eval(expression)) done(true);
              else if (performance.now() > end) done(false);
              else setTimeout(look, 5);
            };
            look();";
        let came = self.client.execute_async(script, vec![json!(expression)]).await.unwrap();
        assert_eq!(came, true, "the page never gets to {expression}");
    }

    /// Presses keys, wherever the focus is.
    ///
    /// # Panics
    /// When the browser is gone.
    pub async fn press(&self, keys: &[Key]) {
        for key in keys {
            let element = self.client.active_element().await.unwrap();
            element.send_keys(&char::from(*key).to_string()).await.unwrap();
        }
    }

    /// What the page has reported as wrong since somebody asked.
    ///
    /// # Panics
    /// When the browser is gone.
    pub async fn errors(&self) -> Vec<String> {
        let log = self.command("se/log", json!({ "type": "browser" })).await;
        let entries = log.as_array().cloned().unwrap_or_default();
        entries.iter().map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Makes the browser say that its user prefers this, such as `prefers-color-scheme` `dark`.
    pub async fn prefer(&self, feature: &str, value: &str) {
        let media = json!({ "features": [{ "name": feature, "value": value }] });
        self.command("goog/cdp/execute", json!({ "cmd": "Emulation.setEmulatedMedia", "params": media })).await;
    }

    /// What the checks of accessibility find, each with what it is about.
    ///
    /// # Panics
    /// When they cannot be run.
    pub async fn violations(&self) -> Vec<String> {
        let axe = std::fs::read_to_string(provided("AXE")).unwrap();
        let run = format!(
            "{axe}\nconst done = arguments[0]; axe.run().then(done, (error) => done({{ error: String(error) }}));"
        );
        let found = self.client.execute_async(&run, Vec::new()).await.unwrap();
        assert!(found["passes"].as_array().is_some_and(|passes| passes.len() > 10), "{}", found["error"]);
        let violations = found["violations"].as_array().cloned().unwrap_or_default();
        let text = |violation: &Value| {
            let nodes: Vec<_> = violation["nodes"].as_array().into_iter().flatten().take(3).collect();
            let nodes: Vec<_> =
                nodes.iter().map(|node| format!("{} {}", node["html"], node["failureSummary"])).collect();
            format!("{}: {}: {}", violation["impact"], violation["help"], nodes.join("; "))
        };
        violations.iter().map(text).collect()
    }

    /// The seconds of a processor that the page has taken since it was opened.
    ///
    /// # Panics
    /// When the browser does not say.
    pub async fn processor_time(&self) -> f64 {
        let metrics = self.command("goog/cdp/execute", json!({ "cmd": "Performance.getMetrics", "params": {} })).await;
        let metrics = metrics["metrics"].as_array().cloned().unwrap_or_default();
        let time = metrics.iter().find(|metric| metric["name"] == "TaskDuration");
        time.and_then(|time| time["value"].as_f64()).unwrap()
    }

    /// Makes [`processor_time`](Self::processor_time) count.
    ///
    /// # Panics
    /// When the browser is gone.
    pub async fn count_processor_time(&self) {
        let params = json!({ "timeDomain": "threadTicks" });
        self.command("goog/cdp/execute", json!({ "cmd": "Performance.enable", "params": params })).await;
    }

    async fn command(&self, path: &'static str, body: Value) -> Value {
        self.client.issue_cmd(Raw { path, body }).await.unwrap()
    }
}

/// A command that this driver knows besides those of the standard.
#[derive(Debug)]
struct Raw {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Raw {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}
