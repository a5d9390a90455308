"""Notebooks of the kinds that people write, as their code cells; each runs warm and cold."""

from __future__ import annotations

KINDS = {
    "processes that are spawned": (
        "%%writefile beside_me.py\ndef square(x):\n    return x * x\ndef say(x):\n    print('said', x)",
        "import multiprocessing, time, beside_me\nspawn = multiprocessing.get_context('spawn')\n"
        "with spawn.Pool(2) as pool: print(pool.map(beside_me.square, range(4)))",
        "from concurrent.futures import ProcessPoolExecutor\n"
        "with ProcessPoolExecutor(2, mp_context=spawn) as pool: print(list(pool.map(beside_me.square, [5])))",
        "one = spawn.Process(target=beside_me.say, args=(number,)); one.start(); one.join(); time.sleep(0.3); one.exitcode",
    ),
    "workers of joblib": (
        "from sklearn.model_selection import cross_val_score\nfrom sklearn.pipeline import make_pipeline\n"
        "from sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import LogisticRegression\n"
        "from sklearn.datasets import make_classification\nx, y = make_classification(60, random_state=number)\n"
        "pipe = make_pipeline(StandardScaler(), LogisticRegression()); cross_val_score(pipe, x, y, n_jobs=2, cv=3)",
        "from joblib import Parallel, delayed\ndef mine(value):\n    return value * number\n"
        "Parallel(n_jobs=2)(delayed(mine)(value) for value in range(4))",
    ),
    "settings that hold for a context": (
        "import decimal, numpy as np\ndecimal.getcontext().prec = 5; np.set_printoptions(precision=2); np.seterr(all='ignore');",
        "decimal.Decimal(1) / 3, np.array([1 / 3]), np.array([1.0]) / 0",
        "import asyncio\nawait asyncio.sleep(0)\nnp.set_printoptions(precision=3)",
        "np.array([1 / 3])",
        "import contextvars\nmine = contextvars.ContextVar('mine', default=0); mine.set(5);",
        "mine.get()",
    ),
    "tasks from cell to cell": (
        "import asyncio\nqueue = asyncio.Queue()\nasync def take():\n    while True:\n        print('got', await queue.get()); queue.task_done()\n"
        "task = asyncio.create_task(take())",
        "await queue.put(number); await queue.join(); task.cancel()",
        "await asyncio.gather(asyncio.sleep(0.01, 'a'), asyncio.to_thread(int, '7'))",
        "try:\n    asyncio.run(asyncio.sleep(0))\nexcept RuntimeError as error:\n    print(error)",
    ),
    "arguments and signals": (
        "import sys, os, signal, time, argparse\nparser = argparse.ArgumentParser(); parser.add_argument('--n', default=1)\n"
        "known, rest = parser.parse_known_args(); known, rest[0], os.path.basename(sys.argv[0])",
        "try:\n    os.kill(os.getpid(), signal.SIGINT); time.sleep(1)\nexcept KeyboardInterrupt:\n    print('interrupted')",
        "signal.signal(signal.SIGALRM, lambda *_: print('alarm')); signal.setitimer(signal.ITIMER_REAL, 0.1); time.sleep(0.3)",
        "type(sys.stdout).__name__, type(sys.stdout).__module__, 'JPY_PARENT_PID' in os.environ, '__file__' in globals()",
        "try:\n    sys.exit(3)\nexcept SystemExit as end:\n    print(end.code)",
        "import getpass\ntry:\n    getpass.getpass()\nexcept Exception as error:\n    print(type(error).__name__)",
    ),
    "warnings silenced before imports": (
        "import warnings\nwarnings.filterwarnings('ignore')\nfrom scipy import special",
        "warnings.warn('hidden'); warnings.warn('shown', special.SpecialFunctionWarning)",
        "warnings.resetwarnings(); warnings.warn('all again', FutureWarning)",
        "with warnings.catch_warnings(record=True) as caught:\n    warnings.simplefilter('always'); warnings.warn('kept')\nlen(caught)",
        "import numpy as np, pandas as pd\nwarnings.simplefilter('default')\nnp.log(-1.0), __import__('scipy').__spec__.name, special.__spec__.name",
    ),
    "magics": (
        "%%writefile script.py\nimport sys\nVALUE = 7\nif __name__ == '__main__':\n    print('as main', sys.argv[1:])",
        "%run script.py a b\nVALUE",
        "%load_ext autoreload\n%autoreload 2",
        "%%writefile changing.py\ndef f(): return 1",
        "import changing, time\nfirst = changing.f(); time.sleep(1.1)\n"
        "written = open('changing.py', 'w').write('def f(): return 2  # anew')",
        "first, changing.f()",
        "%%bash\necho from bash; echo an error >&2; sleep 0.2",
        "files = !ls *.py\n%env WORD=word\nimport os\nfiles, os.environ['WORD']",
        "%%capture caught\nprint('not shown')",
        "caught.stdout\n%precision 3\n3.14159265",
        "%%html\n<b>粗</b>",
        "%who_ls str",
        "len?",
    ),
    "formats of figures": (
        "%config InlineBackend.figure_formats = ['svg']\nimport matplotlib.pyplot as plt\nplt.rcParams['svg.hashsalt'] = 'a'\n"
        "import os\nos.environ['SOURCE_DATE_EPOCH'] = '0'\nplt.plot([1, number]);",
        "from matplotlib_inline.backend_inline import set_matplotlib_formats\nset_matplotlib_formats('jpeg')\nplt.plot([1, number]);",
        "%config InlineBackend.figure_format = 'png'\n%config InlineBackend.close_figures = False\nplt.plot([2]);",
        "plt.title('goes on'); plt.get_fignums()",
        "%config InlineBackend",
    ),
    "styles and fonts": (
        "%%writefile mine.mplstyle\naxes.facecolor: eeeeee\nfigure.figsize: 2, 1\nfont.size: 7",
        "import matplotlib, matplotlib.pyplot as plt\nplt.style.use('./mine.mplstyle'); plt.plot([number]); plt.rcParams['figure.figsize']",
        "matplotlib.rcdefaults(); matplotlib.rc('lines', linewidth=3); plt.plot([1, 2]); plt.rcParams['figure.dpi']",
        "plt.rcParams['font.sans-serif'] = ['SimHei']; plt.figure(figsize=(1, 1)); plt.title('淮阴')",
        "with plt.style.context('dark_background'):\n    plt.figure(figsize=(1, 1)); plt.plot([-1, 1])",
    ),
    "figures in a loop": (
        "import matplotlib.pyplot as plt\nfor step in range(25):\n    plt.figure(figsize=(1, 1)); plt.plot([step, number])",
        "for step in range(3):\n    fig, ax = plt.subplots(figsize=(1, 1)); ax.bar([1], [step]); display(fig); plt.close(fig)",
        "import pandas as pd\npd.DataFrame({'a': [1, 2]}).plot.bar(figsize=(1, 1)); pd.Series([1, 2]).hist(figsize=(1, 1))",
    ),
    "threads": (
        "import threading, time\ndef late():\n    time.sleep(0.3); print('late')\nthread = threading.Thread(target=late); thread.start(); print('begun')",
        "thread.join(); print('joined')",
        "def fail(): raise ValueError('in a thread')\nthread = threading.Thread(target=fail, name='T'); thread.start(); thread.join(); time.sleep(0.2)",
        "from concurrent.futures import ThreadPoolExecutor\nfrom IPython.display import display\n"
        "with ThreadPoolExecutor(1) as pool: pool.submit(display, 'shown by a thread').result()",
        "threading.current_thread() is threading.main_thread()",
    ),
    "layouts of widgets": (
        "import ipywidgets as widgets\nwidgets.VBox([widgets.HBox([widgets.IntSlider(), widgets.Dropdown(options=['甲', '乙'])]), widgets.HTML('<b>x</b>')])",
        "out = widgets.Output()\n@out.capture()\ndef f():\n    print('in it'); display(number)\nf(); out",
        "slider = widgets.IntSlider(); slider.observe(lambda change: print(change['new']), 'value'); slider.value = 5",
        "bar = widgets.IntProgress(max=3)\ndisplay(bar)\nfor step in range(4): bar.value = step",
        "button = widgets.Button(); button.on_click(lambda _: print('clicked')); button.click()",
        "held = widgets.Output()\nimport matplotlib.pyplot as plt\nwith held:\n    plt.figure(figsize=(1, 1)); plt.plot([1]); plt.show()",
        "[output['output_type'] for output in held.outputs], held.clear_output()",
    ),
    "tables": (
        "import pandas as pd\ntable = pd.DataFrame({'地区': ['淮阴区', '清江浦区'], '增速': [0.08, 0.075]})\n"
        "table.style.set_uuid('a').format({'增速': '{:.1%}'}).background_gradient(cmap='Blues', subset=['增速']).set_caption('目标')",
        "pd.set_option('display.max_rows', 4); pd.DataFrame({'a': range(100)})",
        "pd.options.display.float_format = '{:.1f}'.format\ntable.info()\ntable.describe()",
        "pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_product([['甲'], ['a', 'b']]))",
        "pd.set_option('display.unicode.east_asian_width', True); print(table)",
    ),
    "files of all kinds": (
        "import pandas as pd, openpyxl, sqlite3\ntable = pd.DataFrame({'地区': ['淮阴区'], '增速': [0.08]}); table.to_excel('表 一.xlsx', sheet_name='表', index=False)",
        "book = openpyxl.load_workbook('表 一.xlsx'); book['表']['C1'] = '=SUM(B2)'; book.save('two.xlsx'); pd.read_excel('two.xlsx')",
        "facts = sqlite3.connect('facts.db'); table.to_sql('t', facts, index=False); pd.read_sql('select * from t', facts)",
        "import pyarrow.parquet as pq, pyarrow as pa\npq.write_table(pa.table({'y': [1, None], 'b': ['增', None]}), 't.parquet'); pd.read_parquet('t.parquet')",
        "open('gbk.csv', 'w', encoding='gb18030').write('地区\\n淮阴'); pd.read_csv('gbk.csv', encoding='gb18030')",
        "import os, pathlib\nos.makedirs('sub'); os.chdir('sub'); pathlib.Path('f').write_text('x'); sorted(os.listdir('..'))[-1], pathlib.Path.cwd().name",
    ),
    "no network": (
        "import urllib.request, urllib.error\ntry:\n    urllib.request.urlopen('http://127.0.0.1:9', timeout=3)\nexcept urllib.error.URLError as error:\n    print(error.reason)",
        "import http.server, threading\nclass Hand(http.server.BaseHTTPRequestHandler):\n    def do_GET(self):\n"
        "        self.send_response(200); self.end_headers(); self.wfile.write('好'.encode())\n    def log_message(self, *_): pass\n"
        "server = http.server.HTTPServer(('127.0.0.1', 0), Hand); threading.Thread(target=server.serve_forever, daemon=True).start()",
        "print(urllib.request.urlopen(f'http://127.0.0.1:{server.server_port}', timeout=9).read().decode()); server.shutdown()",
    ),
    "progress": (
        "from tqdm.notebook import tqdm\nfor _ in tqdm(range(3), desc='读'): pass",
        "import pandas as pd\ntqdm.pandas(); pd.Series([1, number]).progress_apply(lambda value: value + 1)",
        "from tqdm import tqdm as plain\nimport sys\nfor _ in plain(range(3), bar_format='{l_bar}{n_fmt}', file=sys.stdout): pass",
        "plain.write('words'); print('a\\rb')",
    ),
    "all that can be shown": (
        "from IPython.display import *\nfrom PIL import Image as Picture\nPicture.new('RGB', (4, 4), 'red')",
        "Picture.new('RGB', (4, 4), 'blue').save('p.png'); Image('p.png', width=50)",
        "Audio([0.0, 0.1], rate=8000)",
        "display(Latex('$x^2$'), Math('x'), JSON({'a': [1]}), Markdown('**粗**'), SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"/>'), Code('x = 1'))",
        "display({'text/plain': 'a', 'application/x-own': 'z'}, raw=True); IFrame('x.html', 10, 10)",
        "class Both:\n    def _repr_latex_(self): return '$a$'\n    def __repr__(self): return 'plain'\nBoth()",
        "print('\\x1b[31mred\\x1b[0m 😀 𠮷 \\u202e \\x00 \\u2028'); '\\ud83d'",
    ),
    "a long output": (
        "for line in range(20000): print(line, 'goes on and on')",
        "'增' * 300000",
        "[list(range(1000)) for _ in range(20)]",
    ),
    "names and classes": (
        "import pickle, dataclasses, inspect, random\n@dataclasses.dataclass\nclass Point:\n    a: int\npickle.loads(pickle.dumps(Point(1))), Point.__module__",
        "def f():\n    return 1\nprint(inspect.getsource(f)); hash('a'), {'b', 'a', 'c'}",
        "import cloudpickle\ncloudpickle.loads(cloudpickle.dumps(lambda x: x + number))(1)",
        "import unittest\nclass T(unittest.TestCase):\n    def test_a(self): self.assertEqual(1, 1)\n"
        "unittest.main(argv=['x'], exit=False, verbosity=0).result.wasSuccessful()",
        "%reset -f\nsorted(name for name in globals() if not name.startswith('_'))",
    ),
    "streams put in place of others": (
        "import sys, io\nkept = sys.stdout\nsys.stdout = io.StringIO()\nprint('held')",
        "print('held too'); words = sys.stdout.getvalue(); words",
        "class Tee:\n    def __init__(self, *streams): self.streams = streams\n"
        "    def write(self, text): return [stream.write(text) for stream in self.streams]\n"
        "    def flush(self): [stream.flush() for stream in self.streams]\n"
        "sys.stdout = Tee(kept, open('log.txt', 'w')); print('in both')",
        "print('later'); sys.stdout.flush(); open('log.txt').read()",
        "sys.stdout = kept; print('as before')",
    ),
    "hooks of the shell": (
        "shell = get_ipython()\nshell.events.register('post_run_cell', lambda result: print('after', result.success))",
        "shell.input_transformers_cleanup.append(lambda lines: [line.replace('PLUS', '+') for line in lines])",
        "1 PLUS 2",
        "from IPython.core.magic import register_line_magic\n@register_line_magic\ndef mine(line): return line.upper()",
        "%mine abc",
        "shell.display_formatter.formatters['text/html'].for_type(int, lambda value: f'<b>{value}</b>')\nnumber",
        "%config InteractiveShell.ast_node_interactivity = 'all'",
        "1\n'c'\nran = shell.run_cell('print(9)')",
        "from IPython.utils.capture import capture_output\nwith capture_output() as caught: print('x'); display(1)\ncaught.stdout, len(caught.outputs)",
    ),
    "logs of libraries": (
        "import logging\nlogging.basicConfig(format='%(levelname)s %(message)s', level=20, force=True); logging.info('mine'); logging.getLogger('asyncio').info('theirs')",
        "import matplotlib.pyplot, pandas, sklearn\nlogging.root.level, logging.getLogger('sklearn').handlers, logging.getLogger('matplotlib').level",
        "import time\nprint('after', flush=True); import sys\nsys.stdout.writelines(['a', 'b\\n']); sys.__stdout__.write('past it\\n'); sys.__stdout__.flush(); time.sleep(0.3)",
        "import ctypes\nc = ctypes.CDLL(None); c.printf(b'from C\\n'); c.fflush(None); time.sleep(0.3)",
    ),
    "a stream that is closed": (
        "import sys\nprint('last words'); sys.stdout.close()",
        "1 + number",
        "try:\n    print('unheard')\nexcept ValueError as error:\n    shown = error.args\nshown",
    ),
}
