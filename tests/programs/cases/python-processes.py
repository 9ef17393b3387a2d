#!/usr/bin/python3
"""Threads, processes, signals, sockets, files."""
import asyncio, concurrent.futures, ctypes, mmap, multiprocessing, os, pathlib, queue, resource, select, selectors, shutil, signal, socket, subprocess, sys, tempfile, threading, time
print(subprocess.run(['sort', '-r'], input='a\nc\nb\n', text=True, capture_output=True).stdout.split(), subprocess.run('exit 7', shell=True).returncode, subprocess.run(['sh', '-c', 'kill -9 $$']).returncode)
print(subprocess.check_output('echo $X | tr a-z A-Z; echo error >&2', shell=True, env={'X': 'value', 'PATH': os.environ['PATH']}, stderr=subprocess.STDOUT))
try: subprocess.run(['missing-program'])
except FileNotFoundError as e: print(e.errno)
try: subprocess.run(['sleep', '10'], timeout=0.1)
except subprocess.TimeoutExpired: print('timeout')
total, lock = 0, threading.Lock()
def add(n):
    global total
    for _ in range(n):
        with lock: total += 1
threads = [threading.Thread(target=add, args=(2000,)) for _ in range(8)]; [t.start() for t in threads]; [t.join() for t in threads]; print(total)
q, done = queue.Queue(5), []
def consume():
    while (item := q.get()) is not None: done.append(item * item)
worker = threading.Thread(target=consume); worker.start(); [q.put(i) for i in range(100)]; q.put(None); worker.join(); print(sum(done))
local = threading.local(); local.x = 1; seen = []; t = threading.Thread(target=lambda: seen.append(hasattr(local, 'x'))); t.start(); t.join(); print(seen)
event = threading.Event(); threading.Timer(0.02, event.set).start(); print(event.wait(5), threading.Condition() is not None, threading.Barrier(1).wait())
with concurrent.futures.ThreadPoolExecutor(4) as pool: print(list(pool.map(lambda x: x ** 2, range(10))))
if __name__ == '__main__':
    with multiprocessing.get_context('fork').Pool(3) as pool: print(pool.map(abs, range(-20, 0)))
    shared = multiprocessing.Value('i', 0)
caught = []; signal.signal(signal.SIGUSR1, lambda n, f: caught.append(n)); [os.kill(os.getpid(), signal.SIGUSR1) for _ in range(3)]; print(caught)
signal.signal(signal.SIGALRM, lambda n, f: caught.append(n)); signal.setitimer(signal.ITIMER_REAL, 0.02); signal.pause(); print(caught[-1])
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2}); os.kill(os.getpid(), signal.SIGUSR2); print(signal.sigpending(), signal.sigwait({signal.SIGUSR2}))
r, w = os.pipe(); pid = os.fork()
if pid == 0: os.write(w, b'from the child'); os._exit(11)
print(os.read(r, 100), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])); pid = os.fork()
if pid == 0: os.abort()
print(os.WTERMSIG(os.waitpid(pid, 0)[1]))
server = socket.create_server(('127.0.0.1', 0)); client = socket.create_connection(server.getsockname()); peer, _ = server.accept(); client.sendall(b'x' * 100000); client.close()
n = 0
while chunk := peer.recv(65536): n += len(chunk)
print(n, peer.family.name)
a, b = socket.socketpair(); a.send(b'hi'); print(select.select([b], [], [], 1)[0] == [b], b.recv(9)); s = selectors.DefaultSelector(); s.register(b, selectors.EVENT_READ); a.send(b'!'); print(len(s.select(1)), type(s).__name__)
async def main():
    async def job(i): await asyncio.sleep(0.01 * (3 - i)); return i
    p = await asyncio.create_subprocess_exec('echo', 'asynchronous', stdout=asyncio.subprocess.PIPE)
    return await asyncio.gather(*map(job, range(3))), (await p.communicate())[0]
print(asyncio.run(main()))
path = pathlib.Path('dir/sub'); path.mkdir(parents=True); (path / 'f').write_text('ä' * 100); print((path / 'f').stat().st_size, sorted(p.as_posix() for p in pathlib.Path('dir').rglob('*')), oct((path / 'f').stat().st_mode)); shutil.rmtree('dir')
with tempfile.TemporaryFile(dir='.') as f: f.truncate(10000); m = mmap.mmap(f.fileno(), 10000); m[5000:5005] = b'bytes'; print(m.find(b'bytes'), os.pread(f.fileno(), 5, 5000))
libc = ctypes.CDLL(None); print(libc.abs(-5), ctypes.string_at(b'text'), libc.toupper(97)); compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
numbers = (ctypes.c_int * 6)(5, 2, 9, 1, 7, 3); libc.qsort(numbers, 6, 4, compare(lambda x, y: x[0] - y[0])); print(list(numbers))
print(os.path.basename(sys.executable), os.path.basename(os.readlink('/proc/self/exe')), sys.byteorder, len(os.urandom(16)), resource.getrlimit(resource.RLIMIT_CORE)[0] >= -1, time.monotonic() > 0)
os.kill(os.getpid(), signal.SIGTERM)
