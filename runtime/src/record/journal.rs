//! Record files that are being written.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::read::begins_a_record;
use super::{Line, Start, json, way};

/// No first line of a record is longer, in bytes.
const LONGEST_START: u64 = 4096;

/// How much of a run a machine that loses its power may forget.
const SYNC: Duration = Duration::from_millis(500);

/// How long a line waits for somebody to read it, where the record is no file.
#[cfg(unix)]
const PATIENCE: Duration = Duration::from_secs(5);

/// Why no record is written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// There is a file that is something else.
    #[error(
        "there is a file already, and it is no crosscheck record: nothing is written into it; \
         name another file (CROSSCHECK_RECORD), or take that one away"
    )]
    NoRecord,
    /// Whoever made the link decides which file is written.
    #[error(
        "`{}` is a symbolic link in a folder in which everybody may make one: nothing is written to where it leads; \
         name the file that is meant (CROSSCHECK_RECORD)", .0.display()
    )]
    Link(PathBuf),
    /// The file cannot be written.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// A record file that is being written.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    is_new: bool,
    /// When what was written was last known to be on the disk.
    synced: Instant,
}

impl Journal {
    /// Opens the record file for appending, makes its folder where it is missing, and writes the first line.
    ///
    /// # Errors
    /// When the file cannot be written, or must not be: it is something else than a record, or somebody else's choice.
    pub fn open(path: &Path, start: Start) -> Result<Self, JournalError> {
        let way = way::to(path);
        if let Some(link) = way.planted {
            return Err(JournalError::Link(link));
        }
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut options = OpenOptions::new();
        options.create(true).append(true).read(true);
        // A pipe that nobody reads must not keep the run waiting for ever.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
        let mut file = options.open(path)?;
        // What this process has open already, such as its standard output, nobody takes for a file of his.
        if !way.is_open_already && is_something_else(&mut file)? {
            return Err(JournalError::NoRecord);
        }
        let ends_torn = ends_torn(&mut file)?;
        let is_new = file.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() == 0);
        let mut journal = Self { path: path.to_owned(), file, is_new, synced: Instant::now() };
        // In one write with the line, because another process may write in between. Where one was only in the middle of its
        // line, what this leaves is an empty one.
        let torn = if ends_torn { "\n" } else { "" };
        let line = format!("{torn}{}", json::line(&Line::Start(start))?);
        journal.write_bytes(line.as_bytes())?;
        Ok(journal)
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether nothing stood in it before.
    pub(crate) fn is_new(&self) -> bool {
        self.is_new
    }

    /// Appends a line, in one write: the processes of one run share the file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&mut self, line: &Line) -> io::Result<()> {
        self.write_bytes(json::line(line)?.as_bytes())
    }

    /// Appends a line that is put together already, in one write; or two of them that belong together.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write_bytes(&mut self, line: &[u8]) -> io::Result<()> {
        write_all(&mut self.file, line)?;
        // A process that is killed loses nothing of what it has written; a machine does what is not on its disk yet.
        if self.synced.elapsed() > SYNC { self.sync() } else { Ok(()) }
    }

    /// Appends lines that are written already, each in one write.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write_lines(&mut self, lines: &[u8]) -> io::Result<()> {
        lines.split_inclusive(|byte| *byte == b'\n').try_for_each(|line| write_all(&mut self.file, line))
    }

    /// Waits until everything that was written is on the disk.
    ///
    /// # Errors
    /// When it cannot be brought there.
    pub fn sync(&mut self) -> io::Result<()> {
        self.synced = Instant::now();
        match self.file.sync_data() {
            // A pipe and `/dev/null` have nothing to bring anywhere.
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
            other => other,
        }
    }
}

/// Writes all of it; where that has to wait for a reader, not for ever.
fn write_all(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    let mut rest = bytes;
    while !rest.is_empty() {
        match file.write(rest) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => rest = &rest[written..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            #[cfg(unix)]
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => wait_for_room(file)?,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(unix)]
fn wait_for_room(file: &File) -> io::Result<()> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let timeout = Timespec::try_from(PATIENCE).ok();
    match poll(&mut [PollFd::new(file, PollFlags::OUT)], timeout.as_ref()) {
        Ok(0) => Err(io::Error::new(io::ErrorKind::TimedOut, format!("nobody has read from it for {PATIENCE:?}"))),
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Whether this is a file that holds something, and that something does not begin as a record does.
fn is_something_else(file: &mut File) -> io::Result<bool> {
    let metadata = file.metadata()?;
    if !metadata.is_file() || metadata.len() == 0 {
        return Ok(false);
    }
    let mut beginning = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    Read::take(&mut *file, LONGEST_START).read_to_end(&mut beginning)?;
    Ok(!begins_a_record(&beginning))
}

/// Whether the last line is incomplete, because its process was killed.
fn ends_torn(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

/// The line of a run that has concluded.
pub(crate) const END: &[u8] = b"{\"line\":\"end\"}\n";

/// Whether the last line says that a run has concluded. Reads no more than that line.
pub(crate) fn ends_concluded(path: &Path) -> bool {
    let mut end = Vec::new();
    let read = File::open(path).and_then(|mut file| {
        let length = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(length.saturating_sub(END.len() as u64)))?;
        file.read_to_end(&mut end)
    });
    read.is_ok() && end == END
}

/// Where the record of this run belongs: in `CROSSCHECK_RECORD`, or where Bazel keeps what a test leaves, or else in `crosscheck/`
/// under Cargo's target folder.
///
/// Each run has a folder of its own there; all processes of one under nextest share a file.
pub(crate) fn default_path(package: &str, suite: &str) -> Option<PathBuf> {
    if let Some(path) = given_path() {
        return Some(path);
    }
    if let Some(folder) = std::env::var_os("TEST_UNDECLARED_OUTPUTS_DIR").filter(|folder| !folder.is_empty()) {
        return Some(Path::new(&folder).join(file_name(package, suite)));
    }
    let run = std::env::var("NEXTEST_RUN_ID").ok().filter(|id| !id.is_empty()).unwrap_or_else(|| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        format!("{}-{}", now.as_millis(), std::process::id())
    });
    Some(runs()?.join(run).join(file_name(package, suite)))
}

/// Where the user wants it.
pub(crate) fn given_path() -> Option<PathBuf> {
    std::env::var_os("CROSSCHECK_RECORD").filter(|path| !path.is_empty()).map(Into::into)
}

/// Where what is listed for a run of nextest waits for the first process of that run: in a folder beside the records.
pub(crate) fn listing_path(package: &str, suite: &str) -> Option<PathBuf> {
    let run = std::env::var("NEXTEST_RUN_ID").ok()?;
    let is_name = !run.is_empty() && run.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let folder = match given_path() {
        // Beside a device there is no place.
        Some(path) if path.metadata().is_ok_and(|it| !it.is_file()) => return None,
        Some(path) => {
            let mut name = path.file_name()?.to_owned();
            name.push(".listed");
            path.with_file_name(name)
        }
        None => runs()?.join("listed"),
    };
    is_name.then(|| folder.join(format!("{run}-{package}-{suite}")))
}

/// The record of this executable that was written last, in the place where the next one would be written.
pub(crate) fn latest(package: &str, suite: &str) -> Option<PathBuf> {
    if let Some(path) = given_path() {
        return Some(path);
    }
    let runs =
        std::fs::read_dir(runs()?).ok()?.filter_map(|run| Some(run.ok()?.path().join(file_name(package, suite))));
    let written = runs.filter_map(|path| Some((path.metadata().ok()?.modified().ok()?, path)));
    written.max().map(|(_, path)| path)
}

/// What the record of an executable is called in the folder of its run.
pub(crate) fn file_name(package: &str, suite: &str) -> String {
    format!("{package}-{suite}.jsonl")
}

/// The folder of all runs.
pub(crate) fn runs() -> Option<PathBuf> {
    Some(target_of(&std::env::current_exe().ok()?)?.join("crosscheck"))
}

/// Cargo's target folder, in which it has built this executable.
pub(super) fn target_of(executable: &Path) -> Option<&Path> {
    // Cargo leaves the first one in a folder that it makes itself, and not in one that was there before it, such as the volume of a
    // container; the second one in every folder.
    let left = ["CACHEDIR.TAG", ".rustc_info.json"];
    executable.ancestors().skip(1).find(|folder| left.iter().any(|name| folder.join(name).is_file()))
}
